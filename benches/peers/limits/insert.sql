insert into pgbench_history (tid, bid, aid, delta, mtime) values (1, 1, :client_id, 1, current_timestamp);
