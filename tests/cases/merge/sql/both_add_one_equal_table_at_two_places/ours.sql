-- The shop.
CREATE TABLE owner (id INTEGER);

CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  label VARCHAR(20) NOT NULL,
  price INTEGER
);

CREATE INDEX by_label ON item (label);

INSERT INTO item (id, label) VALUES (1, 'pen');
