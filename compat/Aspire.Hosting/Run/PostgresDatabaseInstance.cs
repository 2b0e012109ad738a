using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Run;

/// <summary>A database on a server of ours: created when it is not there, up as long as its server is.</summary>
internal sealed class PostgresDatabaseInstance(RunContext run, PostgresDatabaseResource database)
    : ResourceInstance(run, database, null)
{
    private static readonly TimeSpan CreatePause = TimeSpan.FromSeconds(1);

    protected override bool CanBeCommanded => false;

    protected override async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var server = Run.Instances[database.Parent][0];
        while (true)
        {
            await CreateAsync(server, cancellation);
            var connectionString = await database.ConnectionStringExpression.GetValueAsync(cancellation);

            using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var health = RunningAsync(
                [
                    .. Resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => HealthProbe.OfPostgres(
                        check.Key, database.ConnectionStringExpression.GetValueAsync)),
                ],
                snapshot => InstanceSnapshots.WithProperties(
                    snapshot,
                    [new ResourceProperty(ResourceProperties.ConnectionString, connectionString, IsSensitive: true)]),
                life.Token);
            try
            {
                await server.WhenAsync(status => status.State != ResourceState.Running, cancellation);
            }
            finally
            {
                await life.CancelAsync();
                await health;
            }

            Become(new InstanceStatus(ResourceState.Waiting));
            await server.WhenAsync(status => status.IsReady, cancellation);
        }
    }

    // The server may end between its last sign of health and this: then it is for its next start.
    private async Task CreateAsync(ResourceInstance server, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await CreateIfAbsentAsync(cancellation);
                return;
            }
            catch (NpgsqlException failure)
            {
                Run.Report.Say(Label, "not created", failure.Message);
                await Task.Delay(CreatePause, Run.Clock, cancellation);
                await server.WhenAsync(status => status.IsReady, cancellation);
            }
        }
    }

    private async Task CreateIfAbsentAsync(CancellationToken cancellation)
    {
        var server = new NpgsqlConnectionStringBuilder(
            await database.Parent.ConnectionStringExpression.GetValueAsync(cancellation))
        {
            Database = "postgres",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellation);

        // CREATE DATABASE takes no parameters: the server itself makes the statement, with the name quoted.
        await using var find = new NpgsqlCommand("""
            select format('create database %I', $1) where not exists (select from pg_database where datname = $1)
            """, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = database.DatabaseName } },
        };
        if (await find.ExecuteScalarAsync(cancellation) is string statement)
        {
#pragma warning disable CA2100 // Made by the server, above.
            await using var create = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }
}
