use crate::field::Field;
use crate::result::Error;
use crate::Row;
use core::str;

fn read(row: Row, field: Field) -> Result<str, Error> {
    row.load()
}
