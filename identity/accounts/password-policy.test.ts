import { describe, expect, it } from 'vitest';
import { refusePassword } from './password-policy.ts';

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
    expect(refusePassword(password, user)).toBeNull();
  });

  it.each([
    ['eleven characters', 'mosaicfjord', 'at least 12'],
    ['129 characters', `${'violet kettle on the roof '.repeat(4)}${'z'.repeat(25)}`, 'at most 128'],
    ['four characters over and over', 'abcdabcdabcd', 'too few'],
    ['a known one with a year', 'Password2026!', 'guessed first'],
    ['a known one in disguise', 'P@$$w0rd1234', 'guessed first'],
    ['rows of the keyboard', 'qwertyuiopasdfghjkl', 'guessed first'],
    ['digits in order', '123456789012345', 'guessed first'],
    ['the product', 'RedCore-RedCore-1', 'guessed first'],
    ['the own address', 'grace.hopper@navy.example', 'guessed first'],
    ['the own name', 'Grace-Hopper-99', 'guessed first'],
  ])('may not be %s', (_what, password, reason) => {
    expect(refusePassword(password, user)).toContain(reason);
  });
});
