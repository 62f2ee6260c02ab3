use crate::Row;
use crate::result::Error;
use core::str;

fn read(row: Row) -> Result<str, Error> {
    row.load()
}
