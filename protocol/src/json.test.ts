import {expect, test} from 'vitest';
import {fromJson, JsonError, toJson} from './json.ts';
import {books} from './testing/books.ts';

test('a sealed epoch survives JSON', () => {
  expect(fromJson(toJson(books()))).toEqual(books());
});

test('the first wrong field is named', () => {
  const text = toJson(books()).replace('"snapshotTime":"1700000000"', '"snapshotTime":"soon"');
  expect(() => fromJson(text)).toThrow(new JsonError({code: 'JSON_INVALID', detail: 'snapshotTime: not a decimal integer'}));
  expect(() => fromJson('{')).toThrow(JsonError);
});
