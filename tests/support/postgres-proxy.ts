import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type Held, HoldPoints } from './hold-points.ts';

/** One statement on its way to PostgreSQL. */
export interface PassingStatement {
  text: string;
  /** The bound values as bytes: ids and states can be found in them. */
  values: string;
  /** What passed on this connection since its transaction began, this one included. */
  transaction: readonly { text: string; values: string }[];
}

export interface PostgresProxy {
  /** The same database through this proxy. */
  urlOf(databaseUrl: string): string;
  /** The next statement that matches never reaches PostgreSQL before it is let go. */
  holdBefore(matches: (statement: PassingStatement) => boolean): Held<PassingStatement>;
  /** The next statement that matches is carried out, and its sender does not learn of it before it is let go. */
  holdAnswer(matches: (statement: PassingStatement) => boolean): Held<PassingStatement>;
  /** Every connection there is breaks in mid-sentence, as when a machine on the way forgets it. */
  reset(): void;
  close(): Promise<void>;
}

/** Between one role and PostgreSQL: stops a process exactly before, or exactly after, a chosen statement. */
export async function startPostgresProxy(target: { host: string; port: number }): Promise<PostgresProxy> {
  const befores = new HoldPoints<PassingStatement>();
  const answers = new HoldPoints<PassingStatement>();
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target);
    clients.add(client);
    client.once('close', () => clients.delete(client));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => sockets.delete(socket));
      // Either end may be killed at any time; the other is told by the close below.
      socket.on('error', () => undefined);
    }
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    relay(client, upstream, { befores, answers });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (databaseUrl) => Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    holdBefore: (matches) => befores.arm(matches),
    holdAnswer: (matches) => answers.arm(matches),
    reset() {
      for (const client of clients) client.resetAndDestroy();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

type Points = Record<'befores' | 'answers', HoldPoints<PassingStatement>>;

function relay(client: Socket, upstream: Socket, { befores, answers }: Points): void {
  const read = createStatementReader();
  let answerGate: Promise<void> | undefined;
  let answerHeld: (() => void) | undefined;
  let passing = Promise.resolve();
  client.on('data', (chunk: Buffer) => {
    for (const { frame, statement } of read(chunk)) {
      const before = statement && befores.take(statement);
      const answer = statement && answers.take(statement);
      passing = passing.then(async () => {
        if (before) {
          before.hit();
          await before.released;
          // What a process held here said before it was killed is not carried out after its death.
          if (await isGone(client)) return;
        }
        if (answer) {
          answerGate = answer.released;
          answerHeld = answer.hit;
        }
        upstream.write(frame);
      });
    }
  });
  let answering = Promise.resolve();
  upstream.on('data', (chunk: Buffer) => {
    const gate = answerGate;
    // PostgreSQL has spoken: the statement is carried out.
    answerHeld?.();
    answerHeld = undefined;
    answering = answering.then(async () => {
      await gate;
      client.write(chunk);
    });
  });
}

/** A killed process closes its sockets before it ends, and two turns of the event loop bring that here. */
async function isGone(client: Socket): Promise<boolean> {
  await setImmediate();
  await setImmediate();
  return client.readableEnded || client.destroyed;
}

interface Frame {
  frame: Buffer;
  statement: PassingStatement | null;
}

/** Splits the client's stream into messages and tells which of them carry out a statement (simple, or bound to a prepared one). */
function createStatementReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  const prepared = new Map<string, string>();
  let transaction: { text: string; values: string }[] = [];

  function note(text: string, values: string): PassingStatement {
    if (/^begin\b/i.test(text)) transaction = [];
    transaction = [...transaction, { text, values }];
    return { text, values, transaction };
  }

  function statementOf(frame: Buffer): PassingStatement | null {
    const body = frame.subarray(5);
    switch (String.fromCharCode(frame[0] ?? 0)) {
      case 'Q':
        return note(textAt(body, 0), '');
      case 'P': {
        const name = textAt(body, 0);
        prepared.set(name, textAt(body, name.length + 1));
        return null;
      }
      case 'B': {
        const portal = textAt(body, 0);
        const name = textAt(body, portal.length + 1);
        return note(prepared.get(name) ?? '', body.toString('latin1'));
      }
      default:
        return null;
    }
  }

  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      // The first message has no type byte.
      const offset = started ? 1 : 0;
      if (rest.length < offset + 4) return frames;
      const length = offset + rest.readInt32BE(offset);
      if (rest.length < length) return frames;
      const frame = rest.subarray(0, length);
      rest = rest.subarray(length);
      frames.push({ frame, statement: started ? statementOf(frame) : null });
      started = true;
    }
  };
}

function textAt(body: Buffer, offset: number): string {
  return body.toString('latin1', offset, body.indexOf(0, offset));
}
