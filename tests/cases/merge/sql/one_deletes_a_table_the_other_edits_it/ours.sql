-- The shop.
CREATE INDEX by_label ON item (label);

INSERT INTO item (id, label) VALUES (1, 'pen');
