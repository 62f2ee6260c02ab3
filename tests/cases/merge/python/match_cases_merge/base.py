match a:
    case 1:
        x()
    case 2:
        y()
