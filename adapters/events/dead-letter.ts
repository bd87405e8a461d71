import type { OutgoingMessage } from './port.ts';

const reasonLengthMax = 1_000;

/** The message as it waits for a person: unchanged, with what became of it in its headers. */
export function toDeadLetter(
  message: OutgoingMessage,
  failure: { reason: string; source: string },
  failedAt: Date,
): OutgoingMessage {
  return {
    topic: `${message.topic}.dlt`,
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'dead-letter-reason': failure.reason.slice(0, reasonLengthMax),
      'dead-letter-source': failure.source,
      'dead-letter-at': failedAt.toISOString(),
    },
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
