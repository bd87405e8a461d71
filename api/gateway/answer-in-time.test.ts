import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeadline, type Deadline } from './answer-in-time.ts';

const byKey = { changes: true, hasKey: true };

let deadline: Deadline;
beforeEach(() => {
  vi.useFakeTimers();
  deadline = createDeadline(1_000);
});
afterEach(() => {
  deadline.stop();
  vi.useRealTimers();
});

it('answers that it took too long, while the work goes on to its end', async () => {
  const gate = Promise.withResolvers<void>();
  let isDone = false;
  const answering = deadline.answerOf(
    byKey,
    gate.promise.then(() => {
      isDone = true;
      return { status: 201, body: {} };
    }),
  );
  await vi.advanceTimersByTimeAsync(1_250);
  const detail = 'This took too long. It may have been done: ask again with the same idempotency key.';
  expect(await answering).toMatchObject({ status: 503, body: { code: 'service_unavailable', detail } });
  expect(isDone).toBe(false);
  gate.resolve();
  await vi.waitFor(() => expect(isDone).toBe(true));
});

it('hands on what comes in time, a failure too', async () => {
  expect(await deadline.answerOf(byKey, Promise.resolve({ status: 200, body: null }))).toEqual({
    status: 200,
    body: null,
  });
  await expect(deadline.answerOf(byKey, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

it('forgets what fails after its time', async () => {
  const gate = Promise.withResolvers<never>();
  const answering = deadline.answerOf(byKey, gate.promise);
  await vi.advanceTimersByTimeAsync(1_250);
  expect((await answering).status).toBe(503);
  gate.reject(new Error('late'));
  await vi.advanceTimersByTimeAsync(1);
});
