use crate::result::Error;
use crate::Row;
use std::str;

fn read(row: Row) -> Result<str, Error> {
    row.load()
}
