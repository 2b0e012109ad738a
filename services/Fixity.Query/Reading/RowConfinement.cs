using Fixity.Query.Files;
using Fixity.Query.Scans;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Fixity.Query.Reading;

/// <summary>Keeps a caller who is confined to some targets from the scans and files of others: for him they are not there.</summary>
internal static class RowConfinement
{
    private const string TargetOfScan = "select target_id from scheduler.scans where id = $1";

    // What has only a history has it of one target too.
    private const string TargetOfFile = """
        select coalesce(
            (select f.target_id from scanner.files f
             where f.id = coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)),
            (select e.target_id from scanner.change_events e where e.file_id = $1 limit 1))
        """;

    /// <summary>For routes whose <c>{id}</c> is a scan's.</summary>
    public static RouteHandlerBuilder KeptToTargetOfScan(this RouteHandlerBuilder endpoint) =>
        endpoint.KeptBy(TargetOfScan, ScanProblems.NotFound);

    /// <summary>For routes whose <c>{id}</c> is a file's.</summary>
    public static RouteHandlerBuilder KeptToTargetOfFile(this RouteHandlerBuilder endpoint) =>
        endpoint.KeptBy(TargetOfFile, FileProblems.NotFound);

    private static RouteHandlerBuilder KeptBy(
        this RouteHandlerBuilder endpoint, string sql, Func<long, ProblemHttpResult> notFound) =>
        endpoint.KeptTo(TargetIn.Rows).AddEndpointFilter(async (call, next) =>
        {
            var context = call.HttpContext;
            if (context.User.Targets() is null)
            {
                return await next(call);
            }

            // By place: each of these routes takes the id first.
            var id = call.GetArgument<long>(0);
            var database = context.RequestServices.GetRequiredService<NpgsqlDataSource>();
            return await TargetAsync(database, sql, id, context.RequestAborted) is { } target && context.User.Reaches(target)
                ? await next(call)
                : notFound(id);
        });

    private static async Task<int?> TargetAsync(
        NpgsqlDataSource database, string sql, long id, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = database.CreateCommand(sql).With(id);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation) as int?;
    }
}
