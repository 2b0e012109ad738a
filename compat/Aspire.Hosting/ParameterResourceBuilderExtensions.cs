using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddParameter(name, null, secret, null);

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        string value,
        bool publishValueAsDefault = false,
        bool secret = false) => builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        Func<string> valueGetter,
        bool publishValueAsDefault = false,
        bool secret = false)
    {
        if (publishValueAsDefault && secret)
        {
            throw new ArgumentException(
                "A parameter cannot be both secret and published as a default value.", nameof(secret));
        }

        return builder.AddParameter(name, null, secret, new ConstantParameterDefault(valueGetter));
    }

    /// <param name="persist">A value that was generated once is kept: another run finds the same.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        ParameterDefault value,
        bool secret = false,
        bool persist = false) => builder.AddParameter(
            name,
            null,
            secret,
            persist && builder.ExecutionContext.IsRunMode
                ? new PersistedParameterDefault(name, value, builder.Configuration, builder.AppHostDirectory)
                : value);

    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(
        this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false) =>
        builder.AddParameter(name, configurationKey, secret, null);

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource<IResourceWithConnectionString>(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw new MissingParameterValueException(
                "Connection string parameter resource could not be used because connection string " +
                $"'{name}' is missing."),
            environmentVariableName));

    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
        builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));

    private static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        string? configurationKey,
        bool secret,
        ParameterDefault? value)
    {
        var key = configurationKey ?? $"Parameters:{name}";
        var parameter = new ParameterResource(name, Decide, secret) { Default = value };
        return builder.AddResource(parameter);

        // The second key is for the environment, where a name has no dashes.
        string Decide(ParameterDefault? @default) => builder.Configuration[key]
            ?? builder.Configuration[key.Replace('-', '_')]
            ?? @default?.GetDefaultValue()
            ?? throw new MissingParameterValueException(
                $"Parameter resource could not be used because configuration key '{key}' is missing " +
                "and the Parameter has no default value.");
    }
}
