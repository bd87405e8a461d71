import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const issuer = 'RedCore';
const stepMs = 30_000;
/** A clock may be one step off, either way (RFC 6238 §5.2). */
const steps = [0, -1, 1];
const settings = { algorithm: 'SHA1', digits: 6, period: stepMs / 1_000 } as const;

/** 160 bits, base32: what RFC 4226 §4 recommends. */
export function makeTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator reads from the picture. */
export function spellOtpauthUri(secret: string, email: string): string {
  return new TOTP({ ...settings, issuer, label: email, secret: Secret.fromBase32(secret) }).toString();
}

/** The time step a code belongs to, or null; none up to `lastStep`, so that no code counts twice. */
export function findTotpStep(
  secret: string,
  code: string,
  { nowMs, lastStep }: { nowMs: number; lastStep: number | null },
): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const key = Secret.fromBase32(secret);
  const current = Math.floor(nowMs / stepMs);
  for (const offset of steps) {
    const step = current + offset;
    const wanted = TOTP.generate({ ...settings, secret: key, timestamp: step * stepMs });
    const isRight = timingSafeEqual(Buffer.from(wanted), Buffer.from(code));
    if (isRight && step > (lastStep ?? -1)) return step;
  }
  return null;
}
