// A service as small as can be, for the tests of the runner: says who it is, and does as it is told.
using System.Diagnostics;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();

var healthy = true;
app.MapGet("/", () => Environment.GetEnvironmentVariable("OTEL_RESOURCE_ATTRIBUTES"));
app.MapGet("/env/{name}", (string name) => Environment.GetEnvironmentVariable(name));
app.MapGet("/readyz", () => healthy ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
app.MapPost("/health/{value}", (bool value) => healthy = value);
app.MapPost("/kill", () => Process.GetCurrentProcess().Kill());

await app.RunAsync();
