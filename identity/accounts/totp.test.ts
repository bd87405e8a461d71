import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import type { UserId } from '../../domain/ids.ts';
import { hashRecoveryCode, makeRecoveryCode } from './recovery-codes.ts';
import { findTotpStep, makeTotpSecret, spellOtpauthUri } from './totp.ts';

/** RFC 6238, appendix B: the last six of the eight digits there. */
const ofRfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code of an authenticator', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('is that of RFC 6238 at %i s', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(findTotpStep(ofRfc, code, { nowMs: seconds * 1_000, lastStep: null })).toBe(step);
  });

  it.each([
    ['the step before', -30, true],
    ['the step after', 30, true],
    ['two steps before', -60, false],
    ['two steps after', 60, false],
  ])('may come from %s: %i s', (_what, offset, isTaken) => {
    const nowMs = 1_700_000_010_000;
    const uri = spellOtpauthUri(makeTotpSecret(), 'a@b.example');
    const secret = new URL(uri).searchParams.get('secret') ?? '';
    const code = TOTP.generate({
      ...{ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 },
      timestamp: nowMs + offset * 1_000,
    });
    const step = findTotpStep(secret, code, { nowMs, lastStep: null });
    expect(step).toBe(isTaken ? Math.floor((nowMs + offset * 1_000) / 30_000) : null);
  });

  it('counts once, and none before it counts after it', () => {
    const at = { nowMs: 59_000, lastStep: 1 };
    expect(findTotpStep(ofRfc, '287082', at)).toBeNull();
    expect(findTotpStep(ofRfc, '287082', { ...at, lastStep: 0 })).toBe(1);
  });

  it('is none of other length or signs', () => {
    for (const code of ['', '28708', '2870820', '28708a', 'éééééé']) {
      expect(findTotpStep(ofRfc, code, { nowMs: 59_000, lastStep: null })).toBeNull();
    }
  });
});

describe('a recovery code', () => {
  const userId = 'usr_1' as UserId;

  it('is read however it is typed, for its own user alone', () => {
    const code = makeRecoveryCode();
    expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    const typed = code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l');
    expect(hashRecoveryCode(userId, typed)).toBe(hashRecoveryCode(userId, code));
    expect(hashRecoveryCode('usr_2' as UserId, code)).not.toBe(hashRecoveryCode(userId, code));
  });
});
