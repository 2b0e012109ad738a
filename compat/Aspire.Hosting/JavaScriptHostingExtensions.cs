using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public static class JavaScriptHostingExtensions
{
    /// <param name="appDirectory">Relative to the AppHost's folder.</param>
    public static IResourceBuilder<ViteAppResource> AddViteApp(
        this IDistributedApplicationBuilder builder, string name, string appDirectory, string runScriptName = "dev")
    {
        var folder = Path.GetFullPath(Path.Combine(builder.AppHostDirectory, appDirectory));
        var app = builder.AddResource(new ViteAppResource(name, "npm", folder))
            .WithAnnotation(new OtlpExporterAnnotation())
            .WithAnnotation(new NodePackagesAnnotation(folder))
            .WithEnvironment("NODE_ENV", builder.Environment.IsDevelopment() ? "development" : "production")
            .WithHttpEndpoint(env: "PORT");
        var port = app.GetEndpoint("http").Property(EndpointProperty.TargetPort);

        return app.WithArgs("run", runScriptName, "--", "--port", port);
    }
}
