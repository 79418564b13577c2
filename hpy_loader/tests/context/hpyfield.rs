//! Fields: what they have, and words in them that are none.

use hpy_loader::abi::{HPy, HPyField};

use crate::extension::{C, c};
use crate::host::{Host, both};

both! {
    a_field_has_what_was_stored_last,
    a_copy_of_a_field_is_none_after_a_store,
    words_that_are_made_up_have_nothing,
    a_store_over_a_word_that_is_none_releases_nothing,
    a_field_needs_an_address,
}

const REFUSED: &str = "SystemError: HPyField_Load: the field holds no reference: it was copied, \
                       or its memory was overwritten";

fn store(c: C, field: &mut HPyField, h: HPy) {
    c!(c.ctx_Field_Store(c.known().h_None, field, h));
    assert!(!c.is_pending());
}

fn load(c: C, field: HPyField) -> HPy {
    c!(c.ctx_Field_Load(c.known().h_None, field))
}

/// How many values the VM keeps alive for fields.
fn live<const THREADS: bool>(host: &Host<THREADS>) -> usize {
    host.loader.fields().len()
}

fn a_field_has_what_was_stored_last<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let mut field = HPyField::NULL;
        for text in ["one", "two", "three"] {
            let h = c.text(text);
            store(c, &mut field, h);
            let loaded = load(c, field);
            assert_eq!(c!(c.ctx_Is(loaded, h)), 1);
            c.close(h);
            c.close(loaded);
        }
        assert_eq!(live(host), 1);
        store(c, &mut field, c.int(7));
        assert_eq!(live(host), 0);
        assert_eq!(c!(c.ctx_Long_AsInt64_t(load(c, field))), 7);
        store(c, &mut field, HPy::NULL);
        assert!(field.is_null());
    });
    let error = host.error(|c| assert!(load(c, HPyField::NULL).is_null()));
    assert_eq!(error, "SystemError: HPyField_Load: the field is NULL");
}

fn a_copy_of_a_field_is_none_after_a_store<const THREADS: bool>(host: &Host<THREADS>) {
    let mut field = HPyField::NULL;
    let mut copies = Vec::new();
    host.run(|c| {
        for number in 0..100 {
            let h = c.text(&number.to_string());
            store(c, &mut field, h);
            c.close(h);
            copies.push(field);
        }
        assert_eq!(copies.pop(), Some(field));
    });
    for &copy in &copies {
        assert_eq!(host.error(|c| assert!(load(c, copy).is_null())), REFUSED);
    }
    host.run(|c| store(c, &mut field, HPy::NULL));
    // Another field gets the place of the first in the table.
    let mut other = HPyField::NULL;
    host.run(|c| store(c, &mut other, c.known().h_ValueError));
    for &copy in &copies {
        assert_eq!(host.error(|c| assert!(load(c, copy).is_null())), REFUSED);
    }
    host.run(|c| store(c, &mut other, HPy::NULL));
}

fn words_that_are_made_up_have_nothing<const THREADS: bool>(host: &Host<THREADS>) {
    let mut field = HPyField::NULL;
    let handle = host.run(|c| {
        store(c, &mut field, c.known().h_ValueError);
        c.known().h_ValueError.0
    });
    let mut words: Vec<isize> = (0..47).map(|bit| field.0 ^ (1 << bit)).collect();
    words.extend((0..48).map(|bit| 1 << bit));
    words.extend([handle, 3, 100, 0x7fff_1234_5678, 0x5a5a_5a5a_5a5a]);
    words.push(std::ptr::from_ref(host).addr().cast_signed());
    for word in words {
        let error = host.error(|c| assert!(load(c, HPyField(word)).is_null()));
        assert_eq!(error, REFUSED, "{word:#x}");
    }
    host.run(|c| {
        // The other way round.
        assert!(c!(c.ctx_Dup(HPy(field.0))).is_null());
        c!(c.ctx_Err_Clear());
        store(c, &mut field, HPy::NULL);
    });
}

fn a_store_over_a_word_that_is_none_releases_nothing<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let mut fields = [HPyField::NULL; 2];
        store(c, &mut fields[0], c.known().h_ValueError);
        let stale = fields[0];
        store(c, &mut fields[0], c.known().h_TypeError);
        let made_up = [stale.0, fields[0].0 ^ 1 << 40, 0x5a5a_5a5a_5a5a, 1, -1];
        for (count, word) in made_up.into_iter().enumerate() {
            fields[1] = HPyField(word);
            store(c, &mut fields[1], c.known().h_KeyError);
            let loaded = [load(c, fields[0]), load(c, fields[1])];
            assert_eq!(c!(c.ctx_Is(loaded[0], c.known().h_TypeError)), 1, "{count}");
            assert_eq!(c!(c.ctx_Is(loaded[1], c.known().h_KeyError)), 1, "{count}");
            loaded.into_iter().for_each(|h| c.close(h));
            store(c, &mut fields[1], HPy::NULL);
            assert_eq!(live(host), 1);
        }
        store(c, &mut fields[0], HPy::NULL);
    });
}

fn a_field_needs_an_address<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let none = c.known().h_None;
        c!(c.ctx_Field_Store(none, std::ptr::null_mut(), none));
        assert!(!c.is_pending(), "it gives no result that says so");
    });
    assert_eq!(live(host), 0);
}
