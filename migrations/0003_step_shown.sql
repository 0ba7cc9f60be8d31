ALTER TABLE step ADD COLUMN shown TEXT; -- what reading back must show of it, where no text's hash can: a space's name, a reaction's emoji, a membership's user and span
UPDATE step SET shown = json_extract(substr(request, instr(request, char(10)) + 1), '$.emoji.unicode')
  WHERE kind = 3 AND request IS NOT NULL;
UPDATE step SET shown = coalesce(json_extract(substr(request, instr(request, char(10)) + 1), '$.displayName'), '')
  WHERE kind = 0 AND request IS NOT NULL;
UPDATE step SET shown = json_extract(substr(request, instr(request, char(10)) + 1), '$.member.name')
  || coalesce(' ' || json_extract(substr(request, instr(request, char(10)) + 1), '$.createTime'), '')
  || coalesce(' ' || json_extract(substr(request, instr(request, char(10)) + 1), '$.deleteTime'), '')
  WHERE kind IN (1, 5) AND request IS NOT NULL;
