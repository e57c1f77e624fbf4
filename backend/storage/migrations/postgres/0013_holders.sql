-- Which display token a response has: whoever changes it later must name the same.

CREATE INDEX display_holder ON display (site_id, holder);
