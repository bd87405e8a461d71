/** Ends the session at the server, then leaves the page, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  const headers = { accept: 'application/json' };
  const response = await fetch('/auth/sign-out', { method: 'POST', credentials: 'same-origin', headers });
  const body = (await response.json()) as { continue_at?: string };
  if (typeof body.continue_at === 'string') location.assign(body.continue_at);
  else location.reload();
}
