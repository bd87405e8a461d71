import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { answerOfError, headersOf } from './answer-error.ts';

const log = { logger: createLogger('test', { level: 'silent' }), requestId: 'one' };
const lost = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' });
const [read, byKey, byNothing] = [
  { changes: false, hasKey: false },
  { changes: true, hasKey: true },
  { changes: true, hasKey: false },
];

it.each([
  ['nothing', null, 'The platform is briefly unavailable; try again.', '1'],
  ['a read', read, 'The platform is briefly unavailable; try again.', '1'],
  [
    ...(['a change with a key', byKey] as const),
    'The platform is briefly unavailable. It may have been done: ask again with the same idempotency key.',
    '1',
  ],
  [
    ...(['a change without a key', byNothing] as const),
    'The platform is briefly unavailable. It may have been done: look whether it was done before repeating it.',
    undefined,
  ],
])(
  'says of a lost database, once %s had begun, what is known, and whether to repeat it',
  (_what, begun, detail, after) => {
    const answer = answerOfError(lost, log, begun);
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable', detail } });
    expect(headersOf(answer)['retry-after']).toBe(after);
  },
);
