match a:
    case 1:
        x(1)
    case 2:
        y(1)
