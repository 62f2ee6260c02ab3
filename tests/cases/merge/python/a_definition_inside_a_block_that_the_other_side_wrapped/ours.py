def run():
    prepare()
    if ready():
        first()
        second()
    finish()
