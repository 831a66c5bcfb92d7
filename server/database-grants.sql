-- Users and rights for MariaDB under which the server adds to its change log and cannot alter what is there, whoever
-- takes it over: its own user has SELECT and INSERT on audit_entry, and reads and writes all other tables. The user for
-- maintenance (database.maintenance in the settings) migrates the tables and removes entries that are older than
-- audit.retentionDays.
--
-- Put your own names, hosts and passwords in, and run it as an administrator of MariaDB: before the first start, and again
-- before the first start of a newer version, which may have more tables. Running it again changes nothing else.
-- Servers that are started with these settings say which table lacks a right.

CREATE DATABASE IF NOT EXISTS metricsinfra CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE USER IF NOT EXISTS metricsinfra_maintenance@'%' IDENTIFIED BY 'put a password here';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX ON metricsinfra.* TO metricsinfra_maintenance@'%';

CREATE USER IF NOT EXISTS metricsinfra@'%' IDENTIFIED BY 'put another password here';

-- Rights on a table that is not there yet are given only together with CREATE, which is taken away again below.
GRANT CREATE, SELECT, INSERT ON metricsinfra.audit_entry TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.api_token TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.api_token_membership TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.session TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.revision TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.pending_write TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.lease TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.acknowledgement TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.acknowledgement_revision TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.project TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.contact_group TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.secret TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.scrape_job TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.rule TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.global_rule TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.global_rule_override TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.agent TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.brake_release TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.project_move TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.alert_episode TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.alert_history_day TO metricsinfra@'%';
GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON metricsinfra.alert_history_reading TO metricsinfra@'%';

REVOKE CREATE ON metricsinfra.audit_entry FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.api_token FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.api_token_membership FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.session FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.revision FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.pending_write FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.lease FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.acknowledgement FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.acknowledgement_revision FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.project FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.contact_group FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.secret FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.scrape_job FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.rule FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.global_rule FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.global_rule_override FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.agent FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.brake_release FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.project_move FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.alert_episode FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.alert_history_day FROM metricsinfra@'%';
REVOKE CREATE ON metricsinfra.alert_history_reading FROM metricsinfra@'%';
