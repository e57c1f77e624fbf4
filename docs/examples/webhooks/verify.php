<?php
// Whether Bearing sent this: $body as it came (file_get_contents('php://input')), header names in lower case.
function verify(string $secret, array $headers, string $body, int $tolerance = 300): bool
{
    ['webhook-id' => $id, 'webhook-timestamp' => $sent, 'webhook-signature' => $signatures] = $headers;
    if (abs(time() - (int) $sent) > $tolerance) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $wanted = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$sent.$body", $key, true));
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($wanted, $signature)) {
            return true;
        }
    }
    return false;
}

// As a command: WEBHOOK_SECRET=whsec_… php verify.php ID TIMESTAMP SIGNATURES < body
if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    $names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    $headers = array_combine($names, array_slice($argv, 1, 3));
    exit(verify(getenv('WEBHOOK_SECRET'), $headers, file_get_contents('php://stdin')) ? 0 : 1);
}
