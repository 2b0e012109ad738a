using System.Globalization;
using System.Text.Json;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Severities;
using Npgsql;

namespace Fixity.Alert.Deliveries.Judging;

/// <summary>What was told and still stands, so that it is not told again: <c>alert.standing</c>.</summary>
internal sealed class Standing
{
    private readonly Dictionary<StandingSubject, string> _told = [];
    private readonly HashSet<StandingSubject> _changed = [];

    private Standing()
    {
    }

    /// <summary>Whether it is told already; what is news stands from now on.</summary>
    /// <param name="isMuted">Nobody is told: what goes wrong is news again another time, what is well again is so.</param>
    public bool IsRepeat(SourceEvent found, bool isMuted)
    {
        if (Of(found) is not { } standing)
        {
            return false;
        }

        if (standing.State is null)
        {
            if (_told.Remove(standing.Subject))
            {
                _changed.Add(standing.Subject);
            }

            return false;
        }

        if (_told.GetValueOrDefault(standing.Subject) == standing.State)
        {
            return true;
        }

        if (!isMuted || standing.IsWell)
        {
            _told[standing.Subject] = standing.State;
            _changed.Add(standing.Subject);
        }

        return false;
    }

    /// <summary>What stands of those that the events are about.</summary>
    public static async Task<Standing> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SourceEvent> events, CancellationToken cancellation)
    {
        var standing = new Standing();
        var subjects = events.Select(Of).OfType<StandingNews>().Select(news => news.Subject).Distinct().ToList();
        if (subjects.Count == 0)
        {
            return standing;
        }

        await using var command = new NpgsqlCommand("""
            select s.target_id, s.subject, s.state
            from unnest($1, $2) x (target_id, subject) join alert.standing s using (target_id, subject)
            """, connection);
        AddSubjects(command, subjects);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            standing._told.Add(new StandingSubject(row.GetInt32(0), row.GetString(1)), row.GetString(2));
        }

        return standing;
    }

    public async Task SaveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_changed.Count == 0)
        {
            return;
        }

        var subjects = _changed.ToList();
        await using var command = new NpgsqlCommand("""
            with said as (
                select x.target_id, x.subject, x.state from unnest($1, $2, $3) x (target_id, subject, state)
            ), over as (
                delete from alert.standing s using said
                where s.target_id = said.target_id and s.subject = said.subject and said.state is null
            )
            insert into alert.standing (target_id, subject, state, since)
            select target_id, subject, state, now() from said where state is not null
            on conflict (target_id, subject) do update set state = excluded.state, since = excluded.since
            """, connection);
        AddSubjects(command, subjects);
        command.Parameters.Add(new NpgsqlParameter<string?[]>
        {
            TypedValue = [.. subjects.Select(subject => _told.GetValueOrDefault(subject))],
        });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddSubjects(NpgsqlCommand command, List<StandingSubject> subjects)
    {
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. subjects.Select(s => s.TargetId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subjects.Select(s => s.Name)] });
    }

    /// <returns>Null: such an event stands for nothing, it happened.</returns>
    private static StandingNews? Of(SourceEvent found) => found.Type switch
    {
        "file.corrupted" or "file.tampered" => OfFile(found, ((FileChangeData)found.Data).NewChecksum ?? found.Type),
        "file.restored" or "file.accepted" or "file.modified" or "file.deleted" => OfFile(found, null),
        "target.offline" => OfTarget(found, "storage", "offline"),
        "target.online" => OfTarget(found, "storage", "online") with { IsWell = true },
        "scan.failed" => OfTarget(found, "scan", Word(found, "reason") ?? "failed"),
        "scan.completed" or "scan.partial" => OfTarget(found, "scan", null),
        "verification.stale" when Word(found, "state") is { } state =>
            OfTarget(found, "verification", state) with { IsWell = state == "healed" },
        _ => null,
    };

    private static string? Word(SourceEvent found, string name) => EventSeverities.Word((JsonElement)found.Data, name);

    private static StandingNews OfFile(SourceEvent found, string? state) => OfTarget(
        found, string.Create(CultureInfo.InvariantCulture, $"file:{((FileChangeData)found.Data).FileId}"), state);

    private static StandingNews OfTarget(SourceEvent found, string name, string? state) =>
        new(new StandingSubject(found.TargetId, name), state, IsWell: false);

    /// <param name="Name"><c>file:17</c>, <c>storage</c>, <c>scan</c>, <c>verification</c>.</param>
    private readonly record struct StandingSubject(int TargetId, string Name);

    /// <param name="State">Null: whatever stood is over.</param>
    /// <param name="IsWell">It says that something is well again.</param>
    private readonly record struct StandingNews(StandingSubject Subject, string? State, bool IsWell);
}
