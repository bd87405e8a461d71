import { problemFrom } from '../rest/problem.ts';
import type { Session } from './session.ts';

export async function fetchSession(): Promise<Session> {
  const response = await fetch('/v1/session', { credentials: 'same-origin', cache: 'no-store' });
  const body = await response.json();
  if (!response.ok) throw problemFrom(response, body);
  return { ...body, permissions: new Set(body.permissions) };
}
