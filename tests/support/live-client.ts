import type { LiveChanges } from '../../contracts/rest/live.ts';

export interface LiveEvent {
  event: string;
  id: string | null;
  data: LiveChanges;
}

export interface LiveClient {
  status: number;
  headers: Headers;
  /** Of a refusal. */
  body: { code?: string };
  events: LiveEvent[];
  /** Everything that came, comments too. */
  text(): string;
  /** All that was told, as `kind id`. */
  changes(): string[];
  isOver(): boolean;
  close(): void;
}

/** Follows changes as an integrator would. */
export async function openLiveClient(url: string, headers: Record<string, string>): Promise<LiveClient> {
  const aborting = new AbortController();
  const response = await fetch(`${url}/v1/live`, { headers, signal: aborting.signal });
  const events: LiveEvent[] = [];
  let text = '';
  let isOver = !response.ok;
  const body = response.ok ? {} : ((await response.json()) as { code?: string });
  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n').slice(0, -1);
      events.splice(0, events.length, ...blocks.flatMap(eventOf));
    }
  }
  // Closed by either side: both are an end.
  if (response.ok) {
    void read()
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
  }
  return {
    status: response.status,
    headers: response.headers,
    body,
    events,
    text: () => text,
    changes: () => events.flatMap(({ data }) => data.changes.map(({ kind, id }) => `${kind} ${id}`)),
    isOver: () => isOver,
    close: () => aborting.abort(),
  };
}

function eventOf(block: string): LiveEvent[] {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const data = fields.get('data');
  if (data === undefined) return [];
  return [{ event: fields.get('event') ?? '', id: fields.get('id') ?? null, data: JSON.parse(data) }];
}
