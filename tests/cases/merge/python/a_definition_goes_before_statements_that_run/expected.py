def main():
    return helper()


def helper():
    return 2


if __name__ == "__main__":
    main()
