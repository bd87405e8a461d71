import type { problems as english } from './en-problems.ts';

export const problems: typeof english = {
  title: 'Das hat nicht geklappt',
  request: 'Nummer für den Support: {{id}}',
  again: 'Noch einmal versuchen',
  code: {
    unreachable:
      'Der Server ist nicht erreichbar. Prüfen Sie die Verbindung; bei einem neuen Versuch geschieht nichts doppelt.',
    internal_error: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.',
    service_unavailable: 'Der Dienst ist kurz nicht verfügbar. Versuchen Sie es noch einmal.',
    unauthorized: 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
    forbidden: 'Ihre Rolle erlaubt das nicht.',
    proof_refused: 'Das Passwort oder der Code stimmt nicht, oder der Code wurde schon verwendet.',
    cross_site_request: 'Der Browser hat dies von einer anderen Seite gesendet. Laden Sie die Seite neu.',
    rate_limited: 'Zu viele Anfragen in kurzer Zeit. Warten Sie einen Moment.',
    overloaded: 'Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.',
    idempotency_key_reused:
      'Ein früherer Versuch ist angekommen, so wie er war. Sehen Sie zuerst nach dem Stand: Noch einmal gesendet geschieht dies zusätzlich.',
    idempotency_key_in_use:
      'Der erste Versuch ist noch in Arbeit. Versuchen Sie es gleich noch einmal; nichts geschieht doppelt.',
    not_found: 'Hier gibt es nichts unter diesem Namen.',
    payment_declined:
      'Die Zahlung wurde abgelehnt. Wählen Sie eine andere Zahlungsmethode oder fragen Sie Ihre Bank, und versuchen Sie es noch einmal.',
    payment_method_required: 'Es gibt keine Zahlungsmethode. Fügen Sie zuerst eine hinzu.',
    subscription_conflict: 'Ein solches Abonnement gibt es schon. Wechseln Sie stattdessen dessen Tarif.',
    plan_limit_reached: 'Dieser Tarif ist ausgebucht.',
    plan_archived: 'Dieser Tarif wird nicht mehr angeboten.',
    customer_inactive: 'Dieser Kunde ist nicht aktiv.',
    payment_in_flight: 'Gerade läuft eine Zahlung. Versuchen Sie es gleich noch einmal.',
    payment_completed: 'Diese Zahlung ist schon abgeschlossen.',
    invalid_state: 'Der gegenwärtige Zustand erlaubt das nicht. Die Seite zeigt, was jetzt möglich ist.',
    subscription_incomplete: 'Die erste Zahlung ist noch nicht entschieden. Versuchen Sie es gleich noch einmal.',
    subscription_needs_attention: 'Ein Bearbeiter muss sich dieses Abonnement zuerst ansehen.',
    already_canceled: 'Das Abonnement ist schon gekündigt.',
    clock_advancing: 'Die Testuhr läuft gerade. Versuchen Sie es gleich noch einmal.',
    live_tenant: 'Nur Sandbox-Mandanten haben eine Testuhr.',
    method_in_use: 'Ein Abonnement wird damit bezahlt. Wählen Sie dafür zuerst eine andere Methode.',
    refund_exceeds_captured: 'Das ist mehr, als von dieser Zahlung übrig ist.',
    refund_request_open: 'Eine Erstattung ist schon angefragt und wird geprüft.',
    payment_not_collected: 'Es wurde nichts eingezogen, das erstattet werden könnte.',
    payment_disputed: 'Die Zahlung ist bei der Bank angefochten.',
    retry_deferred: 'Der Auftrag ist angenommen und wird etwas später ausgeführt.',
    provider_unavailable: 'Der Zahlungsanbieter antwortet nicht. Versuchen Sie es gleich noch einmal.',
    provider_credentials_refused:
      'Der Zahlungsanbieter weist die Zugangsdaten dieses Kontos zurück. Ersetzen oder prüfen Sie sie.',
    provider_not_configured: 'Bei diesem Zahlungsanbieter gibt es kein Konto.',
    card_number_refused: 'Das sieht nach einer Kartennummer aus, die hier nie eingegeben werden darf.',
    tenant_suspended: 'Dieses Unternehmen ist zurzeit gesperrt.',
  },
};
