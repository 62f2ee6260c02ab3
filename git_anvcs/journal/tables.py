"""The journal's tables and what is asked of them often, as SQL.

A step that was released never changes; new ones are added. No question may cost more the longer
the journal is: SQLite takes an index only if the question has its words (sqlite.org/partialindex).
"""

LANE = "(SELECT id FROM lane WHERE name = ?)"
PATH = "(SELECT id FROM path WHERE name = ?)"
# One seek for each path, whatever the number of its operations. Asked with lane, n.
NEWEST_OF_ALL = """
    SELECT (
        SELECT n FROM op
        WHERE lane = (SELECT id FROM lane WHERE name = ?) AND path = path.id AND n <= ?
        ORDER BY n DESC LIMIT 1
    ) FROM path"""
# lane, time; maximum would be sought in all of them
LAST_BEFORE = """
    SELECT n FROM op WHERE lane = (SELECT id FROM lane WHERE name = ?) AND time <= ?
    ORDER BY time DESC LIMIT 1"""
# Of other clones no time counts: their clocks may be wrong.
LAST_OWN = """
    SELECT max(time) FROM (
        SELECT (SELECT time FROM op WHERE op.actor = own.actor ORDER BY seq DESC LIMIT 1) AS time
        FROM own
    )"""
# lane, n
LAST_LOST = """
    SELECT n, time FROM op
    WHERE lane = (SELECT id FROM lane WHERE name = ?) AND flags & 1 AND n <= ?
    ORDER BY n DESC LIMIT 1"""
# lane, name, name/, name0
NOW_BELOW = """
    SELECT now.n FROM path JOIN now ON now.path = path.id
    WHERE now.lane = (SELECT id FROM lane WHERE name = ?)
        AND (path.name = ? OR (path.name > ? AND path.name < ?))"""

# Everybody who is said to have made an operation: each is one seek.
AUTHORS = """
    WITH RECURSIVE
        own (name) AS (
            SELECT min(author) FROM op WHERE author != ''
            UNION ALL SELECT (SELECT min(author) FROM op WHERE author != '' AND author > own.name)
                FROM own WHERE own.name IS NOT NULL),
        told (name) AS (
            SELECT min(author) FROM claim WHERE author != ''
            UNION ALL SELECT (SELECT min(author) FROM claim WHERE author > told.name)
                FROM told WHERE told.name IS NOT NULL)
    SELECT name FROM own WHERE name IS NOT NULL UNION SELECT name FROM told WHERE name IS NOT NULL
    ORDER BY name"""

STEPS = (
    """
    CREATE TABLE actor (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
    CREATE TABLE lane (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, root BLOB NOT NULL);
    CREATE TABLE path (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
    CREATE TABLE op (
        n INTEGER PRIMARY KEY, actor INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
        kind INTEGER NOT NULL, lane INTEGER NOT NULL, time INTEGER NOT NULL, path INTEGER,
        doc BLOB, base TEXT NOT NULL, mode INTEGER NOT NULL, size INTEGER NOT NULL,
        digest BLOB NOT NULL, flags INTEGER NOT NULL, precision INTEGER NOT NULL,
        author TEXT NOT NULL, client INTEGER NOT NULL, payload BLOB NOT NULL,
        UNIQUE (actor, seq)
    );
    CREATE INDEX op_of_path ON op (lane, path, n);
    CREATE INDEX op_of_doc ON op (doc, lane, n) WHERE doc IS NOT NULL;
    CREATE INDEX op_at ON op (lane, time);
    CREATE INDEX op_of_git ON op (kind, n) WHERE kind > 4;
    CREATE TABLE now (
        lane INTEGER NOT NULL, path INTEGER NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (lane, path)
    ) WITHOUT ROWID;
    CREATE TABLE checkpoint (
        doc BLOB NOT NULL, lane INTEGER NOT NULL, n INTEGER NOT NULL, state BLOB NOT NULL,
        PRIMARY KEY (doc, lane, n)
    ) WITHOUT ROWID;
    CREATE TABLE ref (lane INTEGER NOT NULL, name BLOB NOT NULL, target TEXT NOT NULL,
        PRIMARY KEY (lane, name)) WITHOUT ROWID;
    CREATE TABLE about (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID
    """,
    """
    DROP INDEX op_of_git;
    CREATE INDEX op_told ON op (lane, kind, n) WHERE kind > 4;
    CREATE INDEX op_of_lane ON op (lane, n);
    CREATE INDEX op_lost ON op (lane, n) WHERE flags & 1
    """,
    """
    CREATE TABLE claim (n INTEGER PRIMARY KEY, author TEXT NOT NULL);
    CREATE INDEX claim_by ON claim (author, n);
    CREATE INDEX op_by ON op (author, n) WHERE author != ''
    """,
    """
    CREATE TABLE own (actor INTEGER PRIMARY KEY, n INTEGER NOT NULL);
    INSERT INTO own SELECT actor.id, 0 FROM actor, about
        WHERE about.key = 'actor' AND actor.name = about.value;
    CREATE TABLE heard (
        actor INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL, key BLOB NOT NULL
    )
    """,
)
