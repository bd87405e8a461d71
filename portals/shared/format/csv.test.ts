import { describe, expect, it } from 'vitest';
import { csvOf } from './csv.ts';

describe('a table as a file for spreadsheets', () => {
  it('has a header, commas and lines that end in CRLF', () => {
    expect(
      csvOf(
        ['kind', 'amount'],
        [
          ['a', 1999],
          ['b', null],
        ],
      ),
    ).toBe('kind,amount\r\na,1999\r\nb,\r\n');
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['=cmd|"/c calc"!A1,2', '"\'=cmd|""/c calc""!A1,2"'],
    ['Ärger & Söhne', 'Ärger & Söhne'],
  ])('%j is written %s', (text, cell) => {
    expect(csvOf(['x'], [[text]])).toBe(`x\r\n${cell}\r\n`);
  });

  it('leaves numbers numbers, also below zero', () => {
    expect(csvOf(['x'], [[-250]])).toBe('x\r\n-250\r\n');
  });
});
