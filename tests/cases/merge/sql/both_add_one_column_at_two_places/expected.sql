-- The shop.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
<<<<<<< ours
  stock INTEGER,
  label VARCHAR(20) NOT NULL,
=======
  label VARCHAR(20) NOT NULL,
  stock BIGINT,
>>>>>>> theirs
  price INTEGER
);

CREATE INDEX by_label ON item (label);

INSERT INTO item (id, label) VALUES (1, 'pen');
