<?php
/**
 * Signs a customer's id for Bearing. In a server: `require 'sign.php';`. As a command:
 * `BEARING_IDENTITY_SECRET=… php sign.php cust-42` prints the signature.
 */

/** The signature of `$customer`, the id exactly as the page will send it, in UTF-8; `$secret` as Bearing printed it. */
function bearing_sign(string $secret, string $customer): string
{
    if ($secret === '') {
        throw new InvalidArgumentException('the identity secret is empty');
    }
    if ($customer === '') {
        throw new InvalidArgumentException('the customer id is empty');
    }
    return hash_hmac('sha256', $customer, $secret);
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    try {
        echo bearing_sign((string) getenv('BEARING_IDENTITY_SECRET'), $argv[1] ?? ''), "\n";
    } catch (InvalidArgumentException $error) {
        fwrite(STDERR, $error->getMessage() . "\n");
        exit(2);
    }
}
