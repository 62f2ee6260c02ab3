#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens() {
        check(1);
    }

    #[test]
    fn is_red() {
        check(3);
    }
}
