# Signs a customer's id for Bearing. In a server: `require_relative 'sign'`. As a command:
# `BEARING_IDENTITY_SECRET=… ruby sign.rb cust-42` prints the signature.

require 'openssl'

module Bearing
  # The signature of `customer`, the id exactly as the page will send it, in UTF-8; `secret` as Bearing printed it.
  def self.sign(secret, customer)
    raise ArgumentError, 'the identity secret is empty' if secret.to_s.empty?
    raise ArgumentError, 'the customer id is empty' if customer.to_s.empty?

    OpenSSL::HMAC.hexdigest('SHA256', secret, customer)
  end
end

if $PROGRAM_NAME == __FILE__
  begin
    puts Bearing.sign(ENV['BEARING_IDENTITY_SECRET'], ARGV[0])
  rescue ArgumentError => e
    warn e.message
    exit 2
  end
end
