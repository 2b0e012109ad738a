using Fixity.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

if (!RunOptions.TryRead(builder, out var options))
{
    return 1;
}

// ---------------------------------------------------------------- secrets: made up once, kept in the state folder
var postgresPassword = builder.AddGeneratedSecret("postgres-password");
var gatewayKey = builder.AddGeneratedSecret("gateway-key");
var encryptionKey = builder.AddGeneratedSecret("encryption-key");
var setupToken = builder.AddGeneratedSecret("setup-token");

// ---------------------------------------------------------------- database: yours, or one of our own
var database = options.HasOwnDatabase
    ? builder.AddConnectionString("fixitydb")
    : builder.AddPostgres("postgres", password: postgresPassword)
        .WithDataVolume("fixity-postgres")
        .AddDatabase("fixitydb", databaseName: "fixity");

// Brings it to this version, then ends.
var migrations = builder.AddProject<Projects.Fixity_Migrations>("migrations")
    .WithReference(database)
    .WaitFor(database);

// ---------------------------------------------------------------- services
var scheduler = builder.AddProject<Projects.Fixity_Scheduler>("scheduler")
    .WithHttpEndpoint()
    .WithReference(database)
    .WithEnvironment("Fixity__GatewayKey", gatewayKey)
    .WithEnvironment("Fixity__EncryptionKey", encryptionKey)
    .WithWatchedFolder(options)
    .WaitForCompletion(migrations);

var scanner = builder.AddProject<Projects.Fixity_Scanner>("scanner")
    .WithHttpEndpoint()
    .WithReference(database)
    .WithEnvironment("Fixity__GatewayKey", gatewayKey)
    .WithEnvironment("Fixity__EncryptionKey", encryptionKey)
    .WithReplicas(2)
    .WaitForCompletion(migrations);

var alert = builder.AddProject<Projects.Fixity_Alert>("alert")
    .WithHttpEndpoint()
    .WithReference(database)
    .WithEnvironment("Fixity__GatewayKey", gatewayKey)
    .WithEnvironment("Fixity__EncryptionKey", encryptionKey)
    .WithReceiversOnThisMachine()
    .WithPublicUrl(options)
    .WaitForCompletion(migrations);

var query = builder.AddProject<Projects.Fixity_Query>("query")
    .WithHttpEndpoint()
    .WithReference(database)
    .WithEnvironment("Fixity__GatewayKey", gatewayKey)
    .WaitForCompletion(migrations);

// ---------------------------------------------------------------- front door
var gateway = builder.AddProject<Projects.Fixity_Gateway>("gateway")
    .WithHttpEndpoint(port: options.PublicPort)
    .WithExternalHttpEndpoints()
    .WithInnerMetrics()
    .WithTimeToDrain()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Fixity")
    .WithReference(database)
    .WithReference(scheduler)
    .WithReference(scanner)
    .WithReference(alert)
    .WithReference(query)
    .WithEnvironment("Fixity__GatewayKey", gatewayKey)
    .WithEnvironment("Gateway__SetupToken", setupToken)
    .WaitForCompletion(migrations)
    .WaitFor(scheduler)
    .WaitFor(scanner)
    .WaitFor(alert)
    .WaitFor(query);

// The gateway serves the built SPA; Vite's own server is for those who work on it.
var frontend = builder.AddViteApp("frontend", "../frontend")
    .WithReference(gateway)
    .WaitFor(gateway)
    .WithExternalHttpEndpoints()
    .WithExplicitStart();

gateway.PublishWithContainerFiles(frontend, "./wwwroot");

// A probe is a health check too when the model runs. By name, since https would be preferred where there is one.
#pragma warning disable ASPIREPROBES001 // Probes are experimental in Aspire; there is no other way to publish them.
foreach (var service in new[] { scheduler, scanner, alert, query, gateway })
{
    service.WithHttpProbe(ProbeType.Liveness, "/healthz", endpointName: "http")
        .WithHttpProbe(ProbeType.Readiness, "/readyz", endpointName: "http");
}
#pragma warning restore ASPIREPROBES001

builder.WelcomeWhenReady(gateway, setupToken);

await builder.Build().RunAsync();
return Environment.ExitCode;
