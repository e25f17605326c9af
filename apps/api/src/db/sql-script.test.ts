import { expect, it } from 'vitest'
import { readMigrations } from './migration-files.ts'
import { splitSql } from './sql-script.ts'

it.each([
  ['', []],
  [' ;; -- nothing\n /* ; */', []],
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  [
    `SELECT 'a;b', "c;d", [e;f], \`g;h\`, 'it''s;'; SELECT 2;`,
    [`SELECT 'a;b', "c;d", [e;f], \`g;h\`, 'it''s;'`, 'SELECT 2'],
  ],
  ['SELECT 1 -- ; no\n, 2; /* ; */ SELECT 3', ['SELECT 1  \n, 2', 'SELECT 3']],
  [
    'CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT CASE WHEN 1 THEN 2 END; END; SELECT 1;',
    [
      'CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT CASE WHEN 1 THEN 2 END; END',
      'SELECT 1',
    ],
  ],
  [
    'create temp trigger t after insert on a begin select 1; end',
    ['create temp trigger t after insert on a begin select 1; end'],
  ],
  [
    '/* why */ CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;',
    ['CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END'],
  ],
  ['CREATE TABLE trigger_end (a); SELECT 1', ['CREATE TABLE trigger_end (a)', 'SELECT 1']],
])('splits %j', (script, statements) => {
  expect(splitSql(script)).toEqual(statements)
})

it('splits our own files into statements that each begin with a verb', () => {
  for (const { sql } of readMigrations()) {
    for (const statement of splitSql(sql))
      expect(statement).toMatch(/^(CREATE|INSERT|ALTER|DROP|UPDATE|DELETE) /)
  }
})
