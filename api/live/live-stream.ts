import type { ChangeFeed, Following, Told } from '../../adapters/live/port.ts';
import type { LiveChanges } from '../../contracts/rest/live.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ConfineChanges } from './confine-changes.ts';

/** What a client has not read yet; one that is further behind connects again and goes on from where it was. */
const unreadBytesMax = 64 * 1_024;
/** After what a broken connection is tried again, for clients that are told by the stream itself. */
const retryMs = 2_000;

export type StreamEnd = 'client' | 'slow' | 'feed' | 'unauthorized' | 'age' | 'drain';

export interface LiveStream {
  body: ReadableStream<Uint8Array>;
  /** So that proxies see it is alive, and a client that is gone is noticed. */
  beat(): void;
  /** Looks again who follows; ends where that opens nothing any more. */
  check(): Promise<void>;
  end(why: StreamEnd): void;
}

export interface StreamParts {
  feed: ChangeFeed;
  confine: ConfineChanges;
  logger: Logger;
  principal: Principal;
  /** Throws once the credentials open nothing. */
  lookAgain(): Principal | Promise<Principal>;
  /** The last the client has seen. */
  after: number | null;
  onEnd(why: StreamEnd): void;
}

const encoder = new TextEncoder();
const render = (event: string, data: LiveChanges) =>
  encoder.encode(`id: ${data.sequence}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/** Rejects with a `FeedAwayError`; then nothing is open. */
export async function openLiveStream(parts: StreamParts): Promise<LiveStream> {
  const { feed, logger, onEnd } = parts;
  let { principal } = parts;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let stop: Following['stop'] = () => undefined;
  let isOver = false;
  let last = 0;
  // Customers' changes are looked up: one after the other, in the order they were told.
  let before: Promise<unknown> = Promise.resolve();

  function end(why: StreamEnd): void {
    if (isOver) return;
    isOver = true;
    stop();
    if (why !== 'client') controller?.close();
    onEnd(why);
  }

  function send(bytes: Uint8Array): void {
    if (isOver || controller === undefined) return;
    if ((controller.desiredSize ?? 0) < -unreadBytesMax) end('slow');
    else controller.enqueue(bytes);
  }

  function tell(told: Told): void {
    last = told.sequence;
    before = before.then(async () => {
      const bytes = isOver ? null : await renderTold(parts, principal, told);
      if (bytes !== null) send(bytes);
    });
  }

  const following = await feed.follow(principal.tenantId, parts.after, {
    onTold: tell,
    onReset: () => send(render('reset', { sequence: last, changes: [] })),
    onEnd: () => end('feed'),
  });
  const { sequence, isResumed, told } = following;
  stop = following.stop;
  last = sequence;
  if (isOver) stop();
  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
        started.enqueue(encoder.encode(`retry: ${retryMs}\n\n`));
        const isGap = parts.after !== null && !isResumed;
        if (!isResumed) started.enqueue(render(isGap ? 'reset' : 'ready', { sequence, changes: [] }));
      },
      cancel: () => end('client'),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  if (isOver) controller?.close();
  for (const one of told) tell(one);

  return {
    body,
    beat: () => send(encoder.encode(':\n\n')),
    end,
    async check() {
      try {
        principal = await parts.lookAgain();
      } catch (error) {
        logger.debug({ err: error }, 'a stream of changes is nobody’s any more');
        end('unauthorized');
      }
    },
  };
}

/** Null where it is nothing to this principal. */
async function renderTold(
  { confine, logger }: StreamParts,
  principal: Principal,
  told: Told,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { sequence } = told;
  try {
    const changes = await confine(principal, told);
    return changes.length > 0 ? render('changes', { sequence, changes }) : null;
  } catch (error) {
    logger.warn({ err: error }, 'whose a change is could not be looked up');
    // Everything may have changed.
    return render('reset', { sequence, changes: [] });
  }
}
