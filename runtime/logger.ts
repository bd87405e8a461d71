import { pino } from 'pino';
import { scrubCardNumbers } from './card-number.ts';

export type Logger = pino.Logger;
export type LogLevel = pino.LevelWithSilent;

const causeDepthMax = 5;

function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? (error as { code: unknown }).code : undefined;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause !== undefined && depth < causeDepthMax ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

// Paths keep ids, never the query: free text and cursors travel there.
function describeRequest(request: { id?: string; method?: string; path?: string; url?: string }): unknown {
  return { id: request.id, method: request.method, path: request.path ?? request.url?.split('?')[0] };
}

function describeResponse(response: { status?: number; statusCode?: number }): unknown {
  return { status: response.status ?? response.statusCode };
}

export function createLogger(
  role: string,
  options: { level?: LogLevel; destination?: pino.DestinationStream } = {},
): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: {
      err: (error) => describeError(error),
      error: (error) => describeError(error),
      req: describeRequest,
      res: describeResponse,
    },
    hooks: { streamWrite: scrubCardNumbers },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
