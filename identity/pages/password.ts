import type { Hono } from 'hono';
import type { PageContext } from './parts.ts';

export function servePassword(_app: Hono, _parts: PageContext): void {}
