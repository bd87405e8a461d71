import { z } from 'zod';
import { addIsoDuration, isLocalDate, isZone } from '../../domain/calendar/local-date.ts';
import { isCurrency } from '../../domain/money/currency.ts';

/** Ten digits: with the largest quantity an amount stays far below the largest safe integer. */
const amountMax = 9_999_999_999;
const quantityMax = 100_000;
const metadataKeysMax = 50;

/** Any text: one that is no id of this kind is answered like an unknown id, with 404. */
export const idText = z.string();

/** One line or more of free text, up to `max` characters. */
export const textUpTo = (max: number) => z.string().min(1).max(max);

/** Integer minor units of the currency beside it. */
export const amount = z.int().min(0).max(amountMax);
export const quantity = z.int().min(1).max(quantityMax);
export const trialPeriodDays = z.int().min(0).max(730);

/** Active ISO 4217 code in capitals. */
export const currency = z
  .string()
  .refine(isCurrency, 'is not a supported currency')
  .meta({ examples: ['USD'] });

/** Name of the IANA zone database. */
export const timezone = z
  .string()
  .refine(isZone, 'is not a zone of the IANA database')
  .meta({ examples: ['Europe/Berlin'] });

/** As in RFC 5646, as far as language, script and region go. */
export const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/, 'is not a language tag such as en-GB');

/** ISO 3166-1 alpha-2, in capitals. */
export const country = z.string().regex(/^[A-Z]{2}$/, 'is not a country code of two capitals');

/** A day in the customer's zone, `YYYY-MM-DD`. */
export const date = z.string().refine(isLocalDate, 'is not a date (YYYY-MM-DD)').meta({ format: 'date' });

/** The message for text that is not of the format; text that is no text at all keeps its own. */
export const formatError = (message: string) => (issue: { code: string }) =>
  issue.code === 'invalid_format' ? message : undefined;

/** RFC 3339, any offset on the way in; epoch milliseconds inside. */
export const instantIn = z.iso
  .datetime({ offset: true, error: formatError('is not an RFC 3339 instant') })
  .refine((text) => isLocalDate(text.slice(0, 10)), 'is out of range')
  .transform((text) => Date.parse(text))
  .meta({ type: 'string', format: 'date-time' });

/** RFC 3339 UTC on the way out. */
export const instantOut = z.iso.datetime();

/** ISO 8601, positive. */
export const duration = z
  .string()
  .refine((text) => addIsoDuration(0, text, 'UTC') !== null, 'is not an ISO 8601 duration')
  .meta({ examples: ['P1M'] });

const metadataKey = z.string().min(1).max(40);
const metadataValue = z.string().max(500);

export const metadataOut = z.record(z.string(), z.string());

export const metadataIn = z
  .record(metadataKey, metadataValue)
  .refine((record) => Object.keys(record).length <= metadataKeysMax, `has more than ${metadataKeysMax} keys`)
  .meta({ maxProperties: metadataKeysMax });

/** Merged by key into what is there; null removes a key. */
export const metadataChange = z
  .record(metadataKey, metadataValue.nullable())
  .refine(
    (record) => Object.values(record).filter((value) => value !== null).length <= metadataKeysMax,
    `has more than ${metadataKeysMax} keys`,
  );

/** In a body it equals the `Idempotency-Key` header, and may stand in for it. */
const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'must have 1 to 255 printable characters')
  .optional();

/** Every body that changes something; unknown members are refused by name. */
export function bodyOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject({ ...shape, idempotency_key: idempotencyKey });
}

export const emptyBody = bodyOf({});
