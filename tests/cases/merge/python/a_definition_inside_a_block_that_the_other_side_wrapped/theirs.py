def run():
    prepare()
    first()
    def helper():
        return 1
    second()
    finish()
