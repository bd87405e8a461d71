import { describe, expect, it } from 'vitest';
import { findPasswordFault } from './password-policy.ts';

const user = { email: 'grace.hopper@navy.example', name: 'Grace Hopper' };

describe('a password', () => {
  it.each([
    ['several words', 'violet kettle on the roof'],
    ['what a manager makes', 'x7#Kq9!vTz2@'],
    ['no capital, digit or sign', 'harborlanternquilt'],
    ['another script', 'пятьсот синих чайников'],
    ['exactly twelve characters', 'mosaicfjord7'],
    ['128 characters', `${'violet kettle on the roof '.repeat(4)}${'z'.repeat(24)}`],
  ])('may be %s', (_what, password) => {
    expect(findPasswordFault(password, user)).toBeNull();
  });

  it.each([
    ['eleven characters', 'mosaicfjord', 'too_short'],
    ['129 characters', `${'violet kettle on the roof '.repeat(4)}${'z'.repeat(25)}`, 'too_long'],
    ['four characters over and over', 'abcdabcdabcd', 'repetitive'],
    ['a known one with a year', 'Password2026!', 'guessable'],
    ['a known one in disguise', 'P@$$w0rd1234', 'guessable'],
    ['rows of the keyboard', 'qwertyuiopasdfghjkl', 'guessable'],
    ['digits in order', '123456789012345', 'guessable'],
    ['the product', 'RedCore-RedCore-1', 'guessable'],
    ['the own address', 'grace.hopper@navy.example', 'guessable'],
    ['the own name', 'Grace-Hopper-99', 'guessable'],
  ])('may not be %s', (_what, password, reason) => {
    expect(findPasswordFault(password, user)).toBe(reason);
  });
});
