/** Ends the session at the server, then leaves the page, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  const headers = { accept: 'application/json' };
  // Where the session is over by now, only this tells a customer, who comes back by a link, from staff, who sign in.
  const from = location.pathname.startsWith('/portal/') ? 'portal' : 'admin';
  const response = await fetch(`/auth/sign-out?from=${from}`, { method: 'POST', credentials: 'same-origin', headers });
  const body = (await response.json()) as { continue_at?: string };
  if (typeof body.continue_at === 'string') location.assign(body.continue_at);
  else location.reload();
}
