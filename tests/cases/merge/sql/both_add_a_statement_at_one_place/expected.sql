-- The shop.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  label VARCHAR(20) NOT NULL,
  price INTEGER
);

<<<<<<< ours
CREATE INDEX by_price ON item (price);
=======
CREATE VIEW cheap AS SELECT label FROM item;
>>>>>>> theirs

CREATE INDEX by_label ON item (label);

INSERT INTO item (id, label) VALUES (1, 'pen');
