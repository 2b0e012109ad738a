// An AppHost for the tests to kill: shells that ignore what they can, in the shapes that real services have.
var builder = DistributedApplication.CreateBuilder(args);

var database = builder.AddExecutable(
    "database", "sh", ".", "-c", "trap 'echo bye; exit 0' TERM; while :; do sleep 0.1; done");
var stubborn = builder.AddExecutable("stubborn", "sh", ".", "-c", "trap '' TERM INT HUP; while :; do sleep 0.1; done")
    .WaitForStart(database);
builder.AddExecutable("parent", "sh", ".", "-c", "sleep 1000 & sleep 1000 & wait")
    .WaitForStart(stubborn);
builder.AddProject<Projects.Aspire_Hosting_TestApp>("service")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/readyz")
    .WithReplicas(2)
    .WaitForStart(database);

builder.Build().Run();
