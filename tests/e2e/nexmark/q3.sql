-- SPDX-License-Identifier: Apache-2.0
SELECT auction.id, name, city, state FROM auction JOIN person ON seller = person.id
WHERE category = 10 AND state IN ('OR', 'ID', 'CA')
