<?php
/**
 * Plugin Name: Bearing survey
 * Description: Puts Bearing's tag on every page and signs the id of whoever is logged in.
 * Version: 1.0.0
 * Requires at least: 6.3
 * License: MIT
 *
 * Put this file into wp-content/plugins and activate it. Then write into wp-config.php where your Bearing server is and
 * what your site's public key is. The identity secret is optional; it stays on the server:
 *
 *   define( 'BEARING_SRC', 'https://HOST/bearing.js' );
 *   define( 'BEARING_SITE', 'pk_YOUR_KEY' );
 *   define( 'BEARING_IDENTITY_SECRET', '…' );
 */

defined( 'ABSPATH' ) || exit;

/** The script's address: from it the server knows which surveys to put into the script. */
function bearing_survey_address(): string {
	$said = array(
		'site'       => BEARING_SITE,
		// Change this to your own words for the moments in your customers' journeys.
		'touchpoint' => is_front_page() ? 'home' : 'page',
	);
	return BEARING_SRC . '?' . http_build_query( $said );
}

/** What the tag says besides its address, by attribute. */
function bearing_survey_attributes(): array {
	$attributes = array();
	if ( is_user_logged_in() && defined( 'BEARING_IDENTITY_SECRET' ) ) {
		$customer                     = 'wp-' . get_current_user_id();
		$attributes['data-customer']  = $customer;
		$attributes['data-signature'] = hash_hmac( 'sha256', $customer, BEARING_IDENTITY_SECRET );
	}
	return $attributes;
}

add_action(
	'wp_enqueue_scripts',
	function () {
		if ( defined( 'BEARING_SRC' ) && defined( 'BEARING_SITE' ) ) {
			// No version: the server itself says how long its script may be kept.
			wp_enqueue_script( 'bearing-survey', bearing_survey_address(), array(), null, array( 'strategy' => 'async' ) );
		}
	}
);

add_filter(
	'script_loader_tag',
	function ( string $tag, string $handle ): string {
		if ( 'bearing-survey' !== $handle ) {
			return $tag;
		}
		$words = '';
		foreach ( bearing_survey_attributes() as $name => $value ) {
			$words .= ' ' . $name . '="' . esc_attr( $value ) . '"';
		}
		return str_replace( ' src=', $words . ' src=', $tag );
	},
	10,
	2
);
