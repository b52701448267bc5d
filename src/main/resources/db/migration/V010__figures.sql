-- What figures for monitoring are gathered by: a few entries of an index each, however much history there is.

CREATE INDEX refund_under_way ON refund (status, requested_at) WHERE status IN ('approved', 'submitted');
CREATE INDEX completeness_now_terminal ON completeness_now (terminal) WHERE terminal IS NOT NULL;
CREATE INDEX completeness_now_acquirer ON completeness_now (acquirer) WHERE acquirer IS NOT NULL;
CREATE INDEX completeness_now_bank ON completeness_now (bank) WHERE bank IS NOT NULL;
CREATE INDEX completeness_now_wallet ON completeness_now (wallet) WHERE wallet IS NOT NULL;
