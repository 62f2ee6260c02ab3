def run():
    prepare()
    first()
    second()
    finish()
