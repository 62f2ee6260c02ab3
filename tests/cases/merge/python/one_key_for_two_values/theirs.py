NAMES = {
    1: 'one',
    2: 'two',
    3: 'three',
    4: 'y',
}
