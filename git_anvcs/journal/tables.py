"""The journal's tables and what is asked of them often, as SQL.

A step that was released never changes; new ones are added. No question may cost more the longer
the journal is: SQLite takes an index only if the question has its words (sqlite.org/partialindex).
"""

LANE = "(SELECT id FROM lane WHERE name = ?)"
PATH = "(SELECT id FROM path WHERE name = ?)"
ACTOR = "(SELECT id FROM actor WHERE name = ?)"
# One seek for each path, whatever the number of its operations. Asked with lane, n.
NEWEST_OF_ALL = """
    SELECT (
        SELECT n FROM op
        WHERE lane = (SELECT id FROM lane WHERE name = ?) AND path = path.id AND n <= ?
        ORDER BY n DESC LIMIT 1
    ) FROM path"""
# lane, time; maximum would be sought in all of them
LAST_BEFORE = """
    SELECT n, time FROM op WHERE lane = (SELECT id FROM lane WHERE name = ?) AND time <= ?
    ORDER BY time DESC LIMIT 1"""
# Of other clones no time counts: their clocks may be wrong.
LAST_OWN = """
    SELECT max(time) FROM (
        SELECT (
            SELECT time FROM main.op AS o WHERE o.actor = own.actor ORDER BY seq DESC LIMIT 1
        ) AS time
        FROM own
    )"""
# lane, n
LAST_LOST = """
    SELECT n, time FROM op
    WHERE lane = (SELECT id FROM lane WHERE name = ?) AND flags & 1 AND n <= ?
    ORDER BY n DESC LIMIT 1"""
# lane, name, name/, name0; CROSS: the paths are sought first, not all that differ compared
NOW_BELOW = """
    SELECT now.n FROM path
        CROSS JOIN now ON now.lane = (SELECT id FROM lane WHERE name = ?) AND now.path = path.id
    WHERE path.name = ? OR (path.name > ? AND path.name < ?)"""

# Everybody who is said to have made an operation: each is one seek.
AUTHORS = """
    WITH RECURSIVE
        own (name) AS (
            SELECT min(author) FROM main.op WHERE author != ''
            UNION ALL SELECT
                (SELECT min(author) FROM main.op WHERE author != '' AND author > own.name)
                FROM own WHERE own.name IS NOT NULL),
        told (name) AS (
            SELECT min(author) FROM claim WHERE author != ''
            UNION ALL SELECT (SELECT min(author) FROM claim WHERE author > told.name)
                FROM told WHERE told.name IS NOT NULL)
    SELECT name FROM own WHERE name IS NOT NULL UNION SELECT name FROM told WHERE name IS NOT NULL
    UNION SELECT author FROM frozen_by ORDER BY name"""
# What a connection has thawed; with this view, questions to `op` find it like all else.
THAWED = (
    "CREATE TEMP TABLE thawed_segment (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE thawed AS SELECT * FROM main.op WHERE 0",
    "CREATE UNIQUE INDEX temp.thawed_n ON thawed (n)",
    "CREATE INDEX temp.thawed_of_path ON thawed (lane, path, n)",
    "CREATE INDEX temp.thawed_of_doc ON thawed (doc, lane, n) WHERE doc IS NOT NULL",
    "CREATE INDEX temp.thawed_at ON thawed (lane, time)",
    "CREATE INDEX temp.thawed_told ON thawed (lane, kind, n) WHERE kind > 4",
    "CREATE INDEX temp.thawed_of_lane ON thawed (lane, n)",
    "CREATE INDEX temp.thawed_by ON thawed (author, n) WHERE author != ''",
    "CREATE INDEX temp.thawed_lost ON thawed (lane, n) WHERE flags & 1",
    """CREATE TEMP VIEW op AS SELECT * FROM main.op UNION ALL SELECT * FROM temp.thawed AS old
        WHERE NOT EXISTS (SELECT 1 FROM main.op AS hot WHERE hot.n = old.n)""",
)
# The segments with the newest operation of every path, where it is frozen. lane, n, n, n, n
FROZEN_AT = """
    SELECT DISTINCT segment FROM frozen_path AS f
    WHERE lane = (SELECT id FROM lane WHERE name = ?) AND first <= ? AND NOT EXISTS (
        SELECT 1 FROM frozen_path AS g
        WHERE g.lane = f.lane AND g.path = f.path AND g.first > f.first AND g.first <= ?
    ) AND NOT EXISTS (
        SELECT 1 FROM main.op AS o
        WHERE o.lane = f.lane AND o.path = f.path AND o.n > f.last AND o.n <= ?
    )"""

# lane, time: the last thinned or dropped segment that began by then
THINNED_BEFORE = """
    SELECT f.first, f.last, f.last_time FROM frozen_lane AS f JOIN segment ON segment.id = f.segment
    WHERE f.lane = (SELECT id FROM lane WHERE name = ?) AND f.first_time <= ? AND state >= 2
    ORDER BY f.first DESC LIMIT 1"""
# lane, n, n, time
FIRST_AFTER = """
    SELECT min(n) FROM (
        SELECT n FROM op WHERE lane = (SELECT id FROM lane WHERE name = ?)
            AND n >= ? AND n <= ? AND time > ?
    )"""
# lane, n: up to where operations of the lane are gone that came before its next one
GONE_AFTER = """
    WITH
        asked (lane, n) AS (SELECT (SELECT id FROM lane WHERE name = ?), ?),
        next (n) AS (
            SELECT min(n) FROM (
                SELECT min(op.n) AS n FROM op, asked WHERE op.lane = asked.lane AND op.n > asked.n
                UNION ALL SELECT min(f.first) FROM frozen_lane AS f, asked
                    WHERE f.lane = asked.lane AND f.first > asked.n))
    SELECT max(min(last, ifnull(next.n - 1, last))) FROM thinned, asked, next
    WHERE thinned.lane = asked.lane AND last > asked.n AND first < ifnull(next.n, last + 1)"""
COLD_SINCE = """
    SELECT min(f.first_time) FROM frozen_lane AS f JOIN segment ON segment.id = f.segment
    WHERE state != 2"""
# actor, seq, seq
COLD_OF_ACTOR = """
    SELECT id FROM segment WHERE state > 0 AND actor = (SELECT id FROM actor WHERE name = ?)
        AND first + count > ? + 1 AND first <= ?
        AND id NOT IN (SELECT id FROM temp.thawed_segment)"""
PLACE = "SELECT actor.name, seq, hash FROM op JOIN actor ON actor.id = op.actor WHERE n = ?"
# n, lane, n
THINNED_AT = """
    SELECT path.name, max(min(last, ?)) FROM thinned JOIN path ON path.id = thinned.path
    WHERE lane = (SELECT id FROM lane WHERE name = ?) AND first <= ? GROUP BY path.id"""

# The last content of every path that held one, and what the path's newest operation is; none where
# that is frozen.
LAST_CONTENTS = """
    SELECT digest, (
        SELECT kind FROM main.op AS o WHERE o.lane = last.lane AND o.path = last.path
        ORDER BY n DESC LIMIT 1
    ) FROM (SELECT lane, path, max(n), digest FROM content GROUP BY lane, path) AS last"""
STANDING_CONTENTS = """
    SELECT digest FROM content JOIN now USING (lane, path) WHERE content.n = now.n"""
# lane, path, n
CONTENT_BEFORE = """
    SELECT digest FROM content WHERE lane = (SELECT id FROM lane WHERE name = ?)
        AND path = (SELECT id FROM path WHERE name = ?) AND n < ? ORDER BY n DESC LIMIT 1"""

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
    """
    CREATE TABLE segment (
        id INTEGER PRIMARY KEY, actor INTEGER NOT NULL, first INTEGER NOT NULL,
        count INTEGER NOT NULL, name BLOB NOT NULL, bytes INTEGER NOT NULL, before BLOB NOT NULL,
        last BLOB NOT NULL, first_n INTEGER NOT NULL, last_n INTEGER NOT NULL,
        numbers BLOB NOT NULL, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
        state INTEGER NOT NULL, UNIQUE (actor, first)
    );
    CREATE INDEX segment_cold ON segment (last_n) WHERE state > 0;
    CREATE TABLE frozen_lane (
        lane INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        segment INTEGER NOT NULL, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
        told INTEGER NOT NULL, lost INTEGER NOT NULL, PRIMARY KEY (lane, first)
    ) WITHOUT ROWID;
    CREATE TABLE frozen_path (
        lane INTEGER NOT NULL, path INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY (lane, path, first)
    ) WITHOUT ROWID;
    CREATE TABLE frozen_text (
        doc BLOB NOT NULL, lane INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        segment INTEGER NOT NULL, lean INTEGER NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (doc, lane, first)
    ) WITHOUT ROWID;
    CREATE INDEX frozen_lean ON frozen_text (segment) WHERE lean > 0;
    CREATE TABLE frozen_by (
        author TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        segment INTEGER NOT NULL, PRIMARY KEY (author, first)
    ) WITHOUT ROWID;
    CREATE TABLE thinned (
        lane INTEGER NOT NULL, path INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, PRIMARY KEY (lane, path, first)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE frozen_content (
        digest BLOB NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY (digest, segment)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE content (
        digest BLOB NOT NULL, n INTEGER NOT NULL, lane INTEGER NOT NULL, path INTEGER NOT NULL,
        PRIMARY KEY (digest, n)
    ) WITHOUT ROWID;
    CREATE INDEX content_of_path ON content (lane, path, n);
    INSERT OR IGNORE INTO content SELECT digest, n, lane, path FROM op
        WHERE kind = 2 AND length(digest) > 0 AND path IS NOT NULL;
    CREATE TABLE let_go (
        digest BLOB PRIMARY KEY, bytes INTEGER NOT NULL, since INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE gone (
        actor INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (actor, seq)
    ) WITHOUT ROWID
    """,
)
