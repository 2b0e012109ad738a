using System.Globalization;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Rollups;

/// <summary>Sums of folders counted the slow way, file by file and folder by folder, beside those that are kept.</summary>
internal static class FolderTruth
{
    /// <summary>Asserts that each folder which has a file, and no other, is kept with its sums.</summary>
    public static async Task AssertSumsAsync(this TestDatabase database, int targetId, string when)
    {
        Assert.Equal(await CountFoldersAsync(database, targetId), await KeptFoldersAsync(database, targetId, when));
        Assert.Equal(
            await database.ListAsync($"""
                select concat_ws(' ', coalesce(date_bin('1 hour', verified_at, '2000-01-01Z')::text, 'never'), state,
                    count(*), sum(size)) as line
                from scanner.files where target_id = {targetId} and state not in (2, 6)
                group by date_bin('1 hour', verified_at, '2000-01-01Z'), state order by line
                """),
            await database.ListAsync($"""
                select concat_ws(' ', case when hour = '-infinity' then 'never' else hour::text end, state, files, bytes)
                    as line
                from scanner.verification_tallies where target_id = {targetId} order by line
                """));
    }

    private static async Task<SortedDictionary<string, string>> CountFoldersAsync(TestDatabase database, int targetId)
    {
        var sums = new Dictionary<string, Sums>(StringComparer.Ordinal);
        await ReadAsync(database, $"""
            select path, state, size, coalesce(verified_at::text, '') from scanner.files where target_id = {targetId}
            """, row =>
        {
            foreach (var folder in Above(row.GetString(0)))
            {
                (sums.TryGetValue(folder, out var sum) ? sum : sums[folder] = new Sums())
                    .Add(row.GetInt16(1), row.GetInt64(2), row.GetString(3));
            }
        });
        await ReadAsync(database, $"""
            select path from scanner.change_events
            where target_id = {targetId} and detected_at >= now() - interval '30 days'
                and type not in ('verified', 'accepted')
            """, row =>
        {
            foreach (var folder in Above(row.GetString(0)))
            {
                if (sums.TryGetValue(folder, out var sum))
                {
                    sum.Changed++;
                }
            }
        });
        return new SortedDictionary<string, string>(
            sums.ToDictionary(s => s.Key, s => s.Value.ToString()), StringComparer.Ordinal);
    }

    private static async Task<SortedDictionary<string, string>> KeptFoldersAsync(
        TestDatabase database, int targetId, string when)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await ReadAsync(database, $"""
            select case when parent = '' then name else parent || '/' || name end,
                concat_ws(' ', files, bytes, corrupted, tampered, unreadable, never_verified,
                    coalesce(oldest_verified_at::text, '-'), deleted, excluded, changed)
            from scanner.folders where target_id = {targetId}
            """, row => Assert.True(kept.TryAdd(row.GetString(0), row.GetString(1)), $"{when}: {row.GetString(0)} twice"));
        return kept;
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }

        yield return "";
    }

    private static async Task ReadAsync(TestDatabase database, string sql, Action<NpgsqlDataReader> read)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            read(row);
        }
    }

    private sealed class Sums
    {
        private readonly long[] _byState = new long[7];
        private long _bytes;
        private long _never;
        private string _oldest = "";

        public long Changed { get; set; }

        public void Add(short state, long size, string verifiedAt)
        {
            _byState[state]++;
            if (state is 2 or 6)
            {
                return;
            }

            _bytes += size;
            if (verifiedAt.Length == 0)
            {
                _never++;
            }
            else if (_oldest.Length == 0 || string.CompareOrdinal(verifiedAt, _oldest) < 0)
            {
                _oldest = verifiedAt; // Of one time zone and width, so that text sorts as time.
            }
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{_byState[1] + _byState[3] + _byState[4] + _byState[5]} {_bytes} {_byState[3]} {_byState[5]} {_byState[4]} ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{_never} {(_oldest.Length == 0 ? "-" : _oldest)} {_byState[2]} {_byState[6]} {Changed}");
    }
}
